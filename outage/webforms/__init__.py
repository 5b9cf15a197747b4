"""Django form classes. They read and clean; services write."""
