// Command host runs a plugin until it is killed: BINARY SHA256 FOLDER ORDER.
// It prints the processes that the plugin says there are.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

func main() {
	h, err := goplugin.Start(context.Background(), goplugin.Options{
		Exec: os.Args[1], SHA256: os.Args[2], SocketDir: os.Args[3], Timeout: 10 * time.Second,
		Description: extensions.Description{Name: "misbehave", Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{protocol.ModelOrder: {
			"note": {FieldSpec: protocol.FieldSpec{Type: protocol.TypeString}}, "pids": {FieldSpec: protocol.FieldSpec{Type: protocol.TypeArray}},
		}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	results, err := h.Run(context.Background(), &extensions.Batch{Records: []hooks.Record{
		&hooks.Snapshot{RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: protocol.OrderID(os.Args[4]), New: true}},
	}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(results[0].Export["pids"])
	select {}
}
