/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { type GraphNode, layoutGraph } from "./graph_layout.ts";

self.onmessage = ({ data }: MessageEvent<readonly GraphNode[]>) => self.postMessage(layoutGraph(data));
