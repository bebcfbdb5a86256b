"""The labour market and where it lies: projects, tension, wages, basins, certifications, and their signals."""
