// libpq, wrapped.
