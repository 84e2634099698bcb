port: int = "8000"
