"""An invented outage in full swing: places, people and care chains, for somebody who tries the product."""
