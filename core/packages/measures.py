"""What people call the measures in a model package. Standard library only."""

MEASURES = {  # in the order that they are shown
    "AP50": "Average precision at IoU 0.5 (AP50)",
    "AP": "COCO average precision, IoU 0.50 to 0.95 (AP)",
    "AP75": "Average precision at IoU 0.75 (AP75)",
    "precision": "Precision at the recommended threshold",
    "recall": "Recall at the recommended threshold",
    "F1": "F1 score at the recommended threshold",
    "AP50_test": "AP50 on test chips, never looked at in training",
    "AP_test": "AP on test chips",
    "F1_test": "F1 score on test chips at the recommended threshold",
}
