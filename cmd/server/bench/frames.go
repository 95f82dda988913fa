package bench

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

// measureFrames measures the frame that each peer gets of a change of one field, in
// bytes of its text: with the ids of the protocol's examples, and with those that
// sdk/client makes.
func measureFrames(ctx context.Context, o *Options, s *server) error {
	examples := names{bar: "bar", till: "till-1", clients: [2]string{"018f3c1e-77aa", "018f3c1e-77ab"}, order: "o1", line: "l1"}
	made := names{
		bar: "bar-2", till: "till-2", clients: [2]string{client.NewID[string](), client.NewID[string]()},
		order: client.NewID[string](), line: client.NewID[string](),
	}
	for _, row := range []struct {
		name string
		names
	}{{"ids as in the protocol's examples", examples}, {"ids that sdk/client makes", made}} {
		same, other, err := row.frames(ctx, s)
		if err != nil {
			return err
		}
		fmt.Fprintf(o.Out, "%-34s %4d B for a change of one field, %4d B by another editor than before\n", row.name, same, other)
	}
	return nil
}

// names are the ids of two tills and of what they work on.
type names struct {
	bar, till   protocol.POSID
	clients     [2]string
	order, line string
}

func (n names) frames(ctx context.Context, s *server) (same, other int, err error) {
	a, b, err := n.connect(ctx, s)
	if err != nil {
		return 0, 0, err
	}
	defer a.close()
	defer b.close()
	add := fmt.Sprintf(`{"op":"order.create","order":%q,"set":{}},{"op":"line.add","order":%q,"line":%q,"set":{"product_id":50,"qty":1,"price_unit":4.8}}`,
		n.order, n.order, n.line)
	set := func(qty int) string {
		return fmt.Sprintf(`{"op":"line.set","order":%q,"line":%q,"set":{"qty":%d}}`, n.order, n.line, qty)
	}
	if err := a.push(1, add); err != nil {
		return 0, 0, err
	}
	if err := a.push(2, set(2)); err != nil {
		return 0, 0, err
	}
	if same, err = b.sizeOf(2); err != nil {
		return 0, 0, err
	}
	if err := b.push(1, set(3)); err != nil {
		return 0, 0, err
	}
	other, err = a.sizeOf(3)
	return same, other, err
}

// sizeOf is the size of the frame that holds one change alone.
func (t *till) sizeOf(seq int) (size int, err error) {
	only := fmt.Sprintf(`{"t":"changes","changes":[{"seq":%d,`, seq)
	err = t.await(func(frame []byte) bool {
		size = len(frame)
		return bytes.HasPrefix(frame, []byte(only)) && bytes.Count(frame, []byte(`"client_id"`)) == 1
	})
	return size, err
}

func (n names) connect(ctx context.Context, s *server) (a, b *till, err error) {
	var tokens []string
	for _, p := range []struct {
		id   protocol.POSID
		name string
	}{{n.bar, "Bar"}, {n.till, "Till 1"}} {
		var made struct{ Token string }
		if err := s.call(ctx, "POST", "/v1/admin/pos", adminToken, map[string]any{"id": p.id, "name": p.name}, &made); err != nil {
			return nil, nil, err
		}
		tokens = append(tokens, made.Token)
	}
	session := map[string]any{"name": "Main floor", "pos": []protocol.POSID{n.bar, n.till}}
	if err := s.call(ctx, "POST", "/v1/admin/multi-sessions", adminToken, session, nil); err != nil {
		return nil, nil, err
	}
	for i, user := range []string{"7 Ana", "8 Ben"} {
		id, name, _ := strings.Cut(user, " ")
		who := map[string]any{"user": protocol.User{ID: id, Name: name}}
		if err := s.call(ctx, "POST", "/v1/till/open", tokens[i], who, nil); err != nil {
			return nil, nil, err
		}
	}
	if a, err = dial(ctx, s.addr, tokens[0], n.clients[0]); err != nil {
		return nil, nil, err
	}
	b, err = dial(ctx, s.addr, tokens[1], n.clients[1])
	return a, b, err
}
