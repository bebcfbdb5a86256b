"""A market source: the wages of the observatory, told by their columns and read as those of Dares are."""

WAGES = """
name = "wages"
source = "Observatoire du verre, salaire net médian"
licence = "Licence Ouverte / Open Licence"

[signature]
family = 'famille'
period = 'campagne'
wage = 'salaire net'
"""
