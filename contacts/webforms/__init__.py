"""Django form classes of the app."""
