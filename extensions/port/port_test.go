package port_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/extensions/port"
	"github.com/manytill/manytill/sdk/protocol"
)

// fieldsOf loads an extension, and lists its fields with what is known of them.
func fieldsOf(t *testing.T, m *manifest.Manifest) (fields []string) {
	t.Helper()
	host, err := javascript.Load(t.Context(), javascript.Options{Manifest: m, Timeout: time.Minute, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	d := host.Describe()
	for model, of := range d.Fields {
		for name, info := range of {
			fields = append(fields, fmt.Sprintf("%s.%s, merge %s, one-way %t", model, name, info.Merge, info.OneWay))
		}
	}
	require.NoError(t, host.Close())
	slices.Sort(fields)
	return fields
}

func namesOf(fields []string) (names []string) {
	for _, text := range fields {
		name, _, _ := strings.Cut(text, ",")
		names = append(names, name)
	}
	return names
}

// Each file of the corpus becomes an extension with the same fields.
func TestCorpus(t *testing.T) {
	t.Parallel()
	var paths []string
	for _, pattern := range []string{"corpus/*.js", "corpus/*.ts", "modern/*.js", "old/*.js", "patch/*.js", "registries/*.js", "backbone/*.js", "documented.js"} {
		found, err := filepath.Glob("../javascript/testdata/" + pattern)
		require.NoError(t, err)
		require.NotEmpty(t, found, pattern)
		paths = append(paths, found...)
	}
	claimed := 0
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "made")
			report, err := port.Run(t.Context(), port.Options{Paths: []string{path}, Dir: dir})
			require.NoError(t, err)
			require.Equal(t, []string{filepath.Base(path)}, report.Scripts)
			require.Empty(t, report.LeftOut)
			m, err := manifest.Load(dir)
			require.NoError(t, err)
			var want []string
			for _, f := range report.Fields {
				want = append(want, fmt.Sprintf("%s.%s, merge %s, one-way %t", f.Model, f.Field, f.Merge, f.OneWay))
				require.Equal(t, f.Type, m.Fields[f.Model][f.Field].Type)
			}
			slices.Sort(want)
			made := fieldsOf(t, m)
			if filepath.Base(path) == "state_19.js" { // its base class restores each field that is declared
				want, made = namesOf(want), namesOf(made)
			}
			require.Equal(t, want, made)
			claimed += len(want)
		})
	}
	require.Greater(t, claimed, 100)
}

const python = `# -*- coding: utf-8 -*-
from odoo import models, fields

class PosOrder(models.Model):
    """ An order.
    ghost = fields.Char()
    """
    _inherit = ['pos.order', 'mail.thread']

    table_no = fields.Integer(string="Table", default=0)
    served = fields.Selection(
        [('no', 'Not yet'), ('yes', 'Yes (all)')],
        string='Served')
    waiter_id = fields.Many2one('hr.employee')
    total_tip = fields.Float(compute='_tip')
    photo = fields.Binary("Photo")
    lines = fields.Char()

    def hm(self):
        shadow = field.Char()

class PosLine(models.Model):
    _inherit = "pos.order.line"
    seat = fields.Char("Seat", size=3)

class Partner(models.Model):
    _inherit = "res.partner"
    nobody = fields.Char()
`

const script = `/** @odoo-module **/
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";
patch(PosOrder.prototype, {
    setup(vals) { super.setup(...arguments); this.mood = vals.mood; },
    serializeForORM(opts) { const d = super.serializeForORM(...arguments); d.mood = this.mood || false; return d; },
});
// patch(OldPopup.prototype, {});
patch(TicketScreen.prototype, {});
`

// folder writes a module.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "Pos Table")
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}

func TestModule(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"__manifest__.py": "{'name': 'X', 'version': '18.0.1.2.0'}", "models/pos_order.py": python,
		"static/src/js/mood.js": script, "static/src/js/broken.js": "var = ;", "static/lib/jquery.js": "var = ;", "static/tests/tour.js": "var = ;",
		"static/src/xml/mood.xml": "<templates>\n  <t t-name=\"Mood\"/>\n</templates>",
	})
	made := filepath.Join(t.TempDir(), "deep", "made")
	r, err := port.Run(t.Context(), port.Options{Paths: []string{dir}, Dir: made})
	require.NoError(t, err)
	require.Equal(t, "pos-table", r.Name)
	require.Equal(t, []string{"static/src/js/mood.js"}, r.Scripts)
	require.Len(t, r.LeftOut, 1)
	require.True(t, strings.HasSuffix(r.LeftOut[0].File, "broken.js"), r.LeftOut)
	require.NoFileExists(t, filepath.Join(made, "static/src/js/broken.js"))

	m, err := manifest.Load(made)
	require.NoError(t, err)
	require.Equal(t, "18.0.1.2.0", m.Version)
	spec := func(model protocol.Model, field protocol.Field) protocol.FieldSpec {
		return m.Fields[model][field].Spec("")
	}
	require.Equal(t, []protocol.Field{"mood", "served", "table_no", "waiter_id"}, protocol.SortedKeys(m.Fields[protocol.ModelOrder]))
	require.Equal(t, protocol.TypeAny, spec(protocol.ModelOrder, "mood").Type, "its hooks give false for nothing")
	require.Equal(t, protocol.FieldSpec{Type: protocol.TypeInteger, Merge: protocol.Last, Label: "Table", Edit: true}, spec(protocol.ModelOrder, "table_no"))
	require.Equal(t, []protocol.Value{`"no"`, `"yes"`}, spec(protocol.ModelOrder, "served").Enum)
	require.Equal(t, "Served", spec(protocol.ModelOrder, "served").Label)
	require.Equal(t, protocol.TypeID, spec(protocol.ModelOrder, "waiter_id").Type)
	require.Equal(t, "Seat", spec(protocol.ModelOrderline, "seat").Label)

	why := map[protocol.Field]string{}
	for _, d := range r.NotSynced {
		why[d.Field] = d.Why
		require.Positive(t, d.Line)
	}
	require.Len(t, why, 3, why)
	require.Contains(t, why["total_tip"], "computes it")
	require.Contains(t, why["photo"], "can't be synced")
	require.Contains(t, why["lines"], "is taken")

	screen := notes.Words(r.Screen)
	require.Contains(t, strings.Join(screen, "\n"), "mood.xml:2: the QWeb template Mood")
	require.Contains(t, strings.Join(screen, "\n"), "mood.js:9: the component TicketScreen is changed")
	require.NotContains(t, strings.Join(screen, "\n"), "OldPopup")

	_, err = port.Run(t.Context(), port.Options{Paths: []string{dir}, Dir: made})
	require.ErrorContains(t, err, "is there already, and nothing in it was changed")
}

// Before Odoo 18 Python alone syncs nothing.
func TestOlderModule(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"__manifest__.py": "{'version': '16.0.1.0.0'}", "pos.py": python})
	_, err := port.Run(t.Context(), port.Options{Paths: []string{dir}, Dir: filepath.Join(t.TempDir(), "made")})
	require.ErrorContains(t, err, "nothing of ")
	require.ErrorContains(t, err, "can be synced")

	text, err := os.ReadFile("../javascript/testdata/documented.js")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "documented.js"), text, 0o600))
	r, err := port.Run(t.Context(), port.Options{Paths: []string{dir}, Dir: filepath.Join(t.TempDir(), "made"), Name: "mine"})
	require.NoError(t, err)
	require.Equal(t, "mine", r.Name)
	require.NotEmpty(t, r.Fields)
	require.Contains(t, r.NotSynced[0].Why, "an Odoo before 18 sends nothing else")
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	a, b := filepath.Join(t.TempDir(), "a.js"), filepath.Join(t.TempDir(), "a.js")
	for _, path := range []string{a, b} {
		require.NoError(t, os.WriteFile(path, []byte("var = ;"), 0o600))
	}
	for says, o := range map[string]port.Options{
		"name the module's folder":         {},
		"there is no such file or folder":  {Paths: []string{"nowhere"}},
		"there is no script and no field":  {Paths: []string{t.TempDir()}},
		"two files are called a.js":        {Paths: []string{a, b}},
		"a.js:1:5":                         {Paths: []string{a}},
		"name must be 1 to 64 of a-z 0-9 ": {Paths: []string{a}, Name: "Ä"},
	} {
		o.Dir = filepath.Join(t.TempDir(), "made")
		_, err := port.Run(t.Context(), o)
		require.ErrorContains(t, err, says)
		require.NoDirExists(t, o.Dir)
	}
}
