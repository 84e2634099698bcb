package main

import (
	"git.example.com/acme/shop/pkg/errortracking"
	"git.example.com/acme/shop/pkg/process"
)

// errorsExtension lets every process report its errors.
func errorsExtension() process.Extension { return errortracking.Extension() }
