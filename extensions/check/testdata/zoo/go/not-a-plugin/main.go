// A main that never serves.
package main

import "fmt"

func main() { // want: not-a-plugin
	fmt.Println("I am a program, and no plugin.")
}
