@% set forge = {"directory": ".github", "actions": ""} %@
@% include "targets/ci/lint.mk" %@
