"""Templates of official papers that the office keeps."""
