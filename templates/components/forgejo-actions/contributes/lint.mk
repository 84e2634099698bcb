@% set forge = {"directory": ".forgejo", "actions": "https://github.com/"} %@
@% include "targets/ci/lint.mk" %@
