package main

import (
	"@{ project.module }@/pkg/errortracking"
	"@{ project.module }@/pkg/process"
)

// errorsExtension lets every process report its errors.
func errorsExtension() process.Extension { return errortracking.Extension() }
