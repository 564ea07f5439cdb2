package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;

/** The leases as published. */
final class LeaseReader implements LeaseView {
  private final Publisher publisher;

  LeaseReader(Publisher publisher) {
    this.publisher = publisher;
  }

  @Override
  public Optional<LeaseRecord> lookup(long id) {
    return publisher.read(now -> Optional.ofNullable(LeaseTable.find(now.pin(), id)));
  }

  @Override
  public List<ByteString> keys(long id) {
    return publisher.read(now -> LeaseTable.keys(now.pin(), id));
  }

  @Override
  public List<LeaseRecord> all() {
    return publisher.read(now -> LeaseTable.all(now.pin()));
  }
}
