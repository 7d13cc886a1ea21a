"""The doors: HTTP, command line, files in and out, and the one place that puts the parts together."""
