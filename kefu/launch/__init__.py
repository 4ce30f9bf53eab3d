"""Starting the product on one machine: checks, training, processes."""
