"""Input from strangers: uploads, zip files and URLs, read within limits of time, memory and size."""
