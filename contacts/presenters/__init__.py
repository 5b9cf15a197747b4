"""What the pages about contacts show, prepared so that templates decide nothing."""
