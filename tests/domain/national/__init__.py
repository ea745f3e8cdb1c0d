"""The national programme, told as short stories."""
