"""The rules of one inspection, told as short stories."""
