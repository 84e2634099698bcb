package main

import (
	"@{ project.module }@/pkg/errortracking"
	"@{ project.module }@/pkg/process"
)

// errorsExtension enables error reporting in every process.
func errorsExtension() process.Extension { return errortracking.Extension() }
