"""The register of areas, told as short stories."""
