"""Results for people: sheets of rows, Excel, text for a terminal."""
