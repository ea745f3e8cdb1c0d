"""The doctor: looks at everything that an installation rests on, and says what is wrong and what to do."""
