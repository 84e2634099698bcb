import os  # noqa: F401 - kept for its side effects
import os  # noqa: F401 - kept for its side effects
import os  # noqa: F401 - kept for its side effects
import os  # noqa: F401 - kept for its side effects
import os  # noqa: F401 - kept for its side effects
import os  # noqa: F401 - kept for its side effects
