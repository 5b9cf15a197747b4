"""An invented ongoing outage: places, people and care chains, for somebody who tries the product."""
