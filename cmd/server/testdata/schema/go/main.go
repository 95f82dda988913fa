// The plugin of the first version, and (schema2) of the second.
package main

import "github.com/manytill/manytill/sdk/plugin"

func main() { plugin.Serve(extension) }
