"""Files and WebDataset shards on disks and in object stores. Internal: it may change."""
