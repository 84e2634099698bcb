package main
func main()  {}
