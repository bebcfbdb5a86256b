"""What results show, described once, and the renderers that write it: terminal, HTML, workbook, data frame, JSON."""
