"""What the service lead's pages say, one file a page. Each has `sections(material)`."""
