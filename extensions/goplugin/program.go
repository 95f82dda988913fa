package goplugin

import (
	"bytes"
	"debug/buildinfo"
	"fmt"
	"os"
)

// sdkModule is what every plugin is built with.
const sdkModule = "github.com/manytill/manytill"

// checkProgram refuses a file that can't be a plugin at once: waiting for its
// handshake would take as long as a slow start may. A script may start one.
func checkProgram(path string) error {
	if isScript(path) {
		return nil
	}
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s is not a plugin: it is no program that was built with Go (%w)", path, err)
	}
	if info.Main.Path == sdkModule {
		return nil
	}
	for _, dep := range info.Deps {
		if dep.Path == sdkModule {
			return nil
		}
	}
	return fmt.Errorf("%s is not a plugin: it was built without %s/sdk/plugin, whose Serve its main must call", path, sdkModule)
}

func isScript(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	start := make([]byte, 2)
	_, err = f.Read(start)
	return err == nil && bytes.Equal(start, []byte("#!"))
}
