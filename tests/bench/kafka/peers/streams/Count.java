import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;

/** Kafka Streams: a count per key in RocksDB with a changelog, exactly once, on one thread. Keys and
 * values are not even decoded. */
public final class Count {
    private static void say(String mark) {
        System.out.println(mark + " " + System.currentTimeMillis() / 1000.0);
        System.out.flush();
    }

    public static void main(String[] arguments) throws InterruptedException {
        AtomicLong left = new AtomicLong(Long.parseLong(arguments[3]));
        long first = left.get();
        Properties set = new Properties();
        set.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
        set.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[2]);
        set.put(StreamsConfig.STATE_DIR_CONFIG, arguments[4]);
        set.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        set.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        set.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        set.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        set.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        set.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        StreamsBuilder builder = new StreamsBuilder();
        builder.<byte[], byte[]>stream(arguments[1])
            .peek((key, value) -> {
                long now = left.getAndDecrement();
                if (now == first) {
                    say("first");
                } else if (now == 1) {
                    say("last");
                }
            })
            .groupByKey()
            .count();
        KafkaStreams streams = new KafkaStreams(builder.build(), set);
        CountDownLatch over = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            streams.close();
            over.countDown();
        }));
        streams.start();
        over.await();
    }
}
