package main

func main() {
	var count int = "many"
	_ = count
}
