package conformance

import (
	"flag"
	"testing"
)

var (
	update  = flag.Bool("update", false, "rewrite the golden files of testdata/protocol from the server's answers")
	patient = flag.Bool("patient", false, "also run the rules that wait for a minute and more")
	lines   = flag.Bool("lines", false, "also run the topics of one line to one server where several nodes answer")
	sockets = flag.Int("sockets", 1000, "half-open connections to try, at most a quarter of the descriptor limit")
)

// Server is a running server under test.
type Server struct {
	URL        string // http://host:port, no slash at the end
	AdminToken string
	// Restart stops gracefully, or starts what Kill ended, on the same
	// database and address, and returns when the server answers.
	Restart func()
	// Kill ends the server as SIGKILL does; nil where the harness can't,
	// which skips the rules that need it.
	Kill func()
	// Nodes are the URLs of the nodes, where several answer at URL, each request another
	// one. What an operator asks of each by itself is asked there.
	Nodes []string
	// LogTail is the end of the server's log, shown when a rule fails; may
	// be nil.
	LogTail func() string
}

// starter starts a server on an empty database with extra lines of
// configuration; it ends with the test that it was started for.
type starter func(t *testing.T, yaml string) Server

// rule is one sentence of the protocol and the test that can refute it.
type rule struct {
	name string
	test func(f *twoTills)
}

// Run asks a server for everything that the protocol promises.
func Run(t *testing.T, start func(t *testing.T, yaml string) Server) {
	shared := start(t, "")
	s := &suite{start: start, shared: shared}
	slow := beginSlow(t, s)
	t.Run("rules", func(t *testing.T) {
		for _, topic := range topics {
			if topic.line && len(shared.Nodes) > 0 && !*lines {
				continue
			}
			t.Run(topic.name, func(t *testing.T) { s.topic(t, topic) })
		}
		t.Run("golden", func(t *testing.T) {
			t.Parallel()
			Golden(t, start)
		})
	})
	slow.finish(t)
}

type suite struct {
	start  starter
	shared Server
}

type topic struct {
	name  string
	yaml  string // a server of its own with these lines
	own   bool   // a server of its own
	line  bool   // of one line to one server, and slow: several say nothing more
	rules []rule
}

var topics = []topic{
	{name: "tokens", rules: tokenRules},
	{name: "tickets", rules: ticketRules},
	{name: "origins", rules: originRules},
	{name: "origins narrowed", yaml: "allowed_origins: [\"https://POS.example:443/\", \"https://*.shop.example\"]", rules: narrowRules},
	{name: "metrics public", yaml: "metrics_public: true", rules: metricsPublicRules},
	{name: "about the server", rules: infoRules},
	{name: "tills and runs", rules: tillRules},
	{name: "runs abandon", yaml: "on_run_end: abandon", rules: abandonRules},
	{name: "outside a multi-session", rules: outsideRules},
	{name: "order of checks", rules: checkRules},
	{name: "bad requests", rules: badRequestRules},
	{name: "invalid mutations", rules: invalidRules},
	{name: "ids of mutations", rules: idRules},
	{name: "results", rules: resultRules},
	{name: "races", rules: raceRules},
	{name: "orders", rules: orderRules},
	{name: "order numbers", rules: orderNumberRules},
	{name: "lines", rules: lineRules},
	{name: "moves", rules: moveRules},
	{name: "money", rules: moneyRules},
	{name: "closing", rules: closingRules},
	{name: "merging", rules: mergeRules},
	{name: "decimals", rules: decimalRules},
	{name: "ms_info", rules: msInfoRules},
	{name: "changes", rules: changeRules},
	{name: "pull", rules: pullRules},
	{name: "snapshots", rules: snapshotRules},
	{name: "resets", rules: resetRules},
	{name: "equality", rules: equalityRules},
	{name: "order calls", rules: orderCallRules},
	{name: "hello", rules: helloRules},
	{name: "socket", rules: socketRules},
	{name: "frames", rules: frameRules},
	{name: "presence", rules: presenceRules},
	{name: "till frames", rules: tillFrameRules},
	{name: "news frames", rules: newsRules},
	{name: "fields of extensions", rules: fieldRules},
	{name: "events", rules: eventRules},
	{name: "admin pos", rules: adminPOSRules},
	{name: "admin multi-sessions", rules: adminMultiSessionRules},
	{name: "admin orders", rules: adminOrderRules},
	{name: "admin inbox", rules: adminInboxRules},
	{name: "isolation", rules: isolationRules},
	{name: "odd input", rules: oddRules},
	{name: "limits", yaml: limitsYAML, rules: limitRules},
	{name: "hostile", own: true, rules: hostileRules},
	{name: "slow readers", line: true, own: true, rules: slowReaderRules},
	{name: "restarts", own: true, rules: restartRules},
}

// topic runs the rules of one topic. On a server of its own they run one
// after the other, because restarts and floods reach every rule there.
func (s *suite) topic(t *testing.T, topic topic) {
	server, alone := s.shared, topic.own || topic.yaml != ""
	t.Parallel()
	if alone {
		server = s.start(t, topic.yaml)
	}
	for _, rule := range topic.rules {
		t.Run(rule.name, func(t *testing.T) {
			if !alone {
				t.Parallel()
			}
			f := newTwoTills(t, server)
			f.suite = s
			rule.test(f)
		})
	}
}
