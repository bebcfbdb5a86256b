"""Who could go where on a territory: fragile lots, hiring lots, rankings, allocation, discretion."""
