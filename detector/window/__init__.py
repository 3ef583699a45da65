"""Windows over event time: registers and panes, marks, novelty and what is learned of them."""
