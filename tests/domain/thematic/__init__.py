"""Thematic reviews, told as short stories."""
