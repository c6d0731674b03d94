"""What the network says of a batch of tiles: views of it, boxes and masks, outlines."""
