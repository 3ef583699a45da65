"""Identity providers: who signed in, with which factor, and who changed whose access."""
