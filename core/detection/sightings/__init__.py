"""Where the sightings of a block of tiles come from: the network here, an earlier run, a cluster."""
