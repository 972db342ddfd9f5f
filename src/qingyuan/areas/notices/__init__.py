"""Who is told, how, and whether it arrived: inbox, channels, duty roster, deliveries."""
