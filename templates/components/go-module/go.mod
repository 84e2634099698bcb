module @{ project.module }@

@{ locks.go_mod }@
