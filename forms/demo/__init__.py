"""An invented ongoing outage, for somebody who tries the product: an app of its own, installed in demo mode only."""
