//go:build linux

package deploy_test

import (
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/internal/testbin"
)

// No engine of containers runs here. The Dockerfile's image is laid out and run as one would
// run it (image). What the files say besides is held against what is there: paths, ports,
// users, commands, names of services. compose/manytill.yaml and nginx/manytill.conf are
// started by TestProxies, without containers.

// instruction is one of a Dockerfile.
type instruction struct{ name, rest string }

func instructions(t *testing.T) (all []instruction) {
	text, err := os.ReadFile("Dockerfile")
	require.NoError(t, err)
	known := []string{"FROM", "WORKDIR", "COPY", "RUN", "ARG", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
	for _, line := range strings.Split(strings.ReplaceAll(string(text), "\\\n", " "), "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, rest, _ := strings.Cut(line, " ")
		require.Contains(t, known, name, line)
		all = append(all, instruction{name, strings.TrimSpace(rest)})
	}
	return all
}

// list is a JSON list in an instruction.
func list(t *testing.T, text string) (words []string) {
	require.NoError(t, json.Unmarshal([]byte(text[strings.Index(text, "["):]), &words), text)
	return words
}

func TestDockerfile(t *testing.T) {
	t.Parallel()
	all := instructions(t)
	last := func(name string) string {
		for _, one := range slices.Backward(all) {
			if one.name == name {
				return one.rest
			}
		}
		require.Fail(t, "there is no "+name)
		return ""
	}
	// It is built by a Go as new as go.mod wants, of files that are there.
	module, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	wanted := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(module)[1]
	require.Equal(t, "golang:"+string(wanted)+" AS build", all[0].rest)
	for _, one := range all {
		if one.name == "COPY" && !strings.HasPrefix(one.rest, "--from") {
			words := strings.Fields(one.rest)
			for _, source := range words[:len(words)-1] {
				_, err := os.Stat(filepath.Join("..", source))
				require.NoError(t, err)
			}
		}
	}
	build := regexp.MustCompile(`CGO_ENABLED=0 go build .* -o /out(/\S+) (\./\S+)$`)
	built := build.FindStringSubmatch(last("RUN"))
	if built == nil {
		for _, one := range all {
			if m := build.FindStringSubmatch(one.rest); m != nil {
				built = m
			}
		}
	}
	require.NotNil(t, built)
	binaryInImage := built[1]
	program, err := testbin.Server()
	require.NoError(t, err)
	_, err = os.Stat(filepath.Join("..", built[2], "main.go"))
	require.NoError(t, err)
	file, err := elf.Open(program)
	require.NoError(t, err)
	defer file.Close()
	for _, p := range file.Progs {
		require.NotEqual(t, elf.PT_INTERP, p.Type, "a binary that is built so is static, as an image from scratch needs")
	}
	require.Equal(t, "scratch", all[slices.IndexFunc(all, func(one instruction) bool { return one.rest == "scratch" })].rest)
	require.Regexp(t, `^[1-9]\d+:[1-9]\d+$`, last("USER"), "not root, and a number, which needs no /etc/passwd")

	// What it runs, runs: the command as it is written, and the health check beside it.
	require.Equal(t, []string{binaryInImage}, list(t, last("ENTRYPOINT")))
	check := list(t, last("HEALTHCHECK"))
	require.Equal(t, binaryInImage, check[0])
	require.True(t, path.IsAbs(last("VOLUME")))
	args := list(t, last("CMD"))
	i := newImage(t, program, binaryInImage, last("VOLUME"), last("USER"))
	address := freeport.Address()
	i.write("etc/manytill/manytill.yaml", "listen: "+address+"\nstore: sqlite:"+last("VOLUME")+"/manytill.db\n"+
		"extensions:\n  - {path: happy-hour}\n  - {path: loyalty, sha256: "+i.loyalty()+"}\n")
	health := func() ([]byte, error) {
		c := i.command(check...)
		c.Env = append(c.Env, "MANYTILL_SERVER=http://"+address) // in a container of its own it is the default
		return c.CombinedOutput()
	}
	out, err := health()
	require.Error(t, err)
	require.Contains(t, string(out), "no server answers at")
	for range 2 { // what it stored is there when it starts again
		p := start(t, i.command(append([]string{binaryInImage}, args...)...))
		p.ready(address)
		out, err = health()
		require.NoError(t, err, string(out))
		token, err := os.ReadFile(filepath.Join(i.root, last("VOLUME"), "admin-token"))
		require.NoError(t, err)
		admin := &client{front: plainFront(address), token: strings.TrimSpace(string(token))}
		var told struct {
			Extensions []struct{ Name, State string }
		}
		admin.must(t, "GET", "/v1/admin/extensions", nil, &told)
		require.Len(t, told.Extensions, 2, p.words())
		for _, one := range told.Extensions {
			require.Equal(t, "running", one.State, "%s: %s", one.Name, p.words())
		}
		p.end(syscall.SIGTERM)
	}
	here := exec.Command(program, check[1:]...) // whoever listens there on this machine
	here.Env = []string{"PATH=/"}
	out, _ = here.CombinedOutput()
	require.Contains(t, string(out), "http://127.0.0.1:"+last("EXPOSE"), "the health check asks at the port that is exposed")
}

// composed is compose.yaml, as far as we use it. An unknown key is an error.
type composed struct {
	Name     string
	Node     service `yaml:"x-node"`
	Services map[string]service
	Volumes  map[string]any
	Secrets  map[string]struct{ File string }
}

type service struct {
	Build       struct{ Context, Dockerfile string }
	Image       string
	Restart     string
	Command     []string
	Environment map[string]string
	Volumes     []string
	Secrets     []string
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	Healthcheck struct {
		Test              []string
		Interval, Timeout string
		Retries           int
	}
	Ports           []string
	StopGracePeriod string `yaml:"stop_grace_period"`
	ReadOnly        bool   `yaml:"read_only"`
	Tmpfs           []string
	CapDrop         []string `yaml:"cap_drop"`
	SecurityOpt     []string `yaml:"security_opt"`
}

func TestCompose(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("compose/compose.yaml")
	require.NoError(t, err)
	var c composed
	require.NoError(t, yaml.UnmarshalWithOptions(text, &c, yaml.Strict()))
	site, err := os.ReadFile("nginx/manytill.conf")
	require.NoError(t, err)
	config, err := os.ReadFile("compose/manytill.yaml")
	require.NoError(t, err)
	made := []string{"./tls"} // by who follows the file's head, with the secrets
	for name, s := range c.Secrets {
		made = append(made, s.File)
		require.Contains(t, string(text), "> "+strings.TrimPrefix(s.File, "./"), "it says how %s is made", name)
	}
	require.Contains(t, string(text), "mkdir -p secrets tls")
	for name, s := range c.Services {
		require.NotEmpty(t, s.Image, name)
		require.Equal(t, "unless-stopped", s.Restart)
		for other, how := range s.DependsOn {
			require.Contains(t, c.Services, other)
			if other == "nats" { // without it the servers work on
				require.Equal(t, "service_started", how.Condition)
				continue
			}
			require.Equal(t, "service_healthy", how.Condition)
			require.True(t, len(c.Services[other].Healthcheck.Test) > 0 || c.Services[other].Image == "manytill", "%s has a health check", other)
		}
		for _, secret := range s.Secrets {
			require.Contains(t, c.Secrets, secret)
		}
		for _, volume := range s.Volumes {
			from := strings.Split(volume, ":")[0]
			if _, named := c.Volumes[from]; !named && !slices.Contains(made, from) {
				require.FileExists(t, filepath.Join("compose", from), name)
			}
		}
	}
	// The servers are those that nginx knows, and take what the image's command takes.
	for _, name := range []string{"node-1", "node-2"} {
		require.Contains(t, string(site), "server "+name+":8080")
		require.FileExists(t, filepath.Join("compose", c.Services[name].Build.Context, c.Services[name].Build.Dockerfile))
		require.Equal(t, "serve", c.Services[name].Command[0])
		require.True(t, c.Services[name].ReadOnly)
	}
	require.Contains(t, string(config), "listen: 0.0.0.0:8080")
	require.Contains(t, string(config), "wake: nats://nats:4222\n")
	require.Contains(t, c.Services, "nats")
	// The database's name, user and password are the same on both sides.
	db := c.Services["db"].Environment
	require.Contains(t, string(config), "store: postgres://"+db["POSTGRES_USER"]+"@db:5432/"+db["POSTGRES_DB"]+"\n")
	require.Contains(t, string(config), "store_password_file: "+db["POSTGRES_PASSWORD_FILE"]+"\n")
	for _, line := range append(slices.Clone(c.Services["node-1"].Command), db["POSTGRES_PASSWORD_FILE"]) {
		if name, is := strings.CutPrefix(line, "/run/secrets/"); is {
			require.Contains(t, c.Secrets, name)
		}
	}
	for _, port := range c.Services["nginx"].Ports {
		_, inside, _ := strings.Cut(port, ":")
		require.Contains(t, string(site), "listen "+inside)
	}
	require.Contains(t, strings.Join(c.Services["nginx"].Volumes, " "), ":/etc/nginx/tls:")
	require.Contains(t, string(site), "/etc/nginx/tls/fullchain.pem")
}
