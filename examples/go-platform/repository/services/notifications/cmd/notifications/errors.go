package main

import (
	"git.example.com/acme/shop/pkg/errortracking"
	"git.example.com/acme/shop/pkg/process"
)

// errorsExtension enables error reporting in every process.
func errorsExtension() process.Extension { return errortracking.Extension() }
