"""Writes course.npz beside this file: small arrays of CS231n's captioning assignment as they are
saved all together, with what `numpy.savez(file, **data)` makes of the texts and the dictionary.

Run by hand: python3 course.py (needs numpy)."""
from pathlib import Path

import numpy as np

words = ["<NULL>", "<START>", "<END>", "<UNK>", "a", "cat"]
np.savez(
    Path(__file__).with_name("course.npz"),
    train_captions=np.array([[1, 4, 5, 2], [1, 5, 2, 0], [1, 4, 2, 0]], dtype=np.uint16),
    train_image_idxs=np.array([0, 1, 1], dtype=np.int16),
    train_features=np.asfortranarray(np.array([[0, 2, 0], [2, 3, 0]], dtype=np.float32)),
    train_urls=np.array(["http://one", "http://two"]),
    val_captions=np.array([[1, 3, 2]], dtype=np.uint8),
    val_image_idxs=np.array([0], dtype=np.int32),
    val_features=np.array([[5, 6, 0]], dtype=np.float64),
    idx_to_word=np.array(words),
    word_to_idx=np.array({word: number for number, word in enumerate(words)}, dtype=object),
)
