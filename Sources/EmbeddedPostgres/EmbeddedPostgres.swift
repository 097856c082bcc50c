// The embedded server.
